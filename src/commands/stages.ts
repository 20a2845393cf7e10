/** Shows how far a provision is, stage by stage: a bar each on a terminal, a line each elsewhere. */
import { Presets, SingleBar } from 'cli-progress';

/** Tells of a stage; `fraction` is the part done, 0 to 1, or null where nobody knows. */
export type ShowStage = (title: string, fraction: number | null) => void;

export interface StageView {
  show: ShowStage;
  /** Ends the bar in progress. */
  close(): void;
}

/** A view of stages on `stream`, which is standard error unless in tests. */
export function stageView(stream: NodeJS.WriteStream, quiet: boolean): StageView {
  let current = '';
  let bar: SingleBar | null = null;
  const close = () => {
    bar?.stop();
    bar = null;
  };
  if (quiet) return { show() {}, close };
  const live = stream.isTTY && process.env.CI === undefined && process.env.TERM !== 'dumb';
  return {
    show(title, fraction) {
      if (title !== current) {
        close();
        current = title;
        if (!live) stream.write(`${title}\n`);
        else {
          bar = new SingleBar(
            {
              stream,
              format: '{title} {bar} {percentage} %',
              barsize: 30,
              hideCursor: true,
              gracefulExit: false,
            },
            Presets.shades_classic,
          );
          bar.start(100, 0, { title });
        }
      }
      if (fraction !== null) bar?.update(Math.round(fraction * 100));
    },
    close,
  };
}
