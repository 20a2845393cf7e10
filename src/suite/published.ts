/** Figures that a paper or a post printed: people read them beside what is measured, and nothing else uses them. */
import Type, { type Static } from 'typebox';
import { offer } from './nearest.js';
import type { Problem } from './problem.js';
import { strictObject } from './schema/parts.js';

const text = (description: string) => Type.String({ minLength: 1, maxLength: 300, description });

/** Schema of a suite's `published`. */
export const published = Type.Array(
  strictObject('A figure that others printed.', {
    label: text('How its source calls it, and after which training.'),
    arm: text('Name of the arm that trains as the source did.'),
    metric: Type.Enum(['accuracy', 'loss'], { description: 'Which test figure it is.' }),
    value: Type.Number({ minimum: 0, description: 'The figure; an accuracy is a fraction.' }),
    source: text('Where it was printed.'),
  }),
  { description: 'Figures that others printed; the report shows them beside the measured ones.' },
);

export type PublishedFigure = Static<typeof published>[number];

/** Refuses figures of no arm, and accuracies that are no fraction. */
export function checkPublished(figures: readonly PublishedFigure[], arms: readonly string[]): Problem[] {
  return figures.flatMap(({ arm, metric, value }, index): Problem[] => {
    const place = `published[${index}]`;
    if (!arms.includes(arm)) {
      const problem = 'is the name of no arm';
      return [{ path: `${place}.arm`, problem, value: arm, fix: offer(arm, arms) }];
    }
    if (metric === 'loss' || value <= 1) return [];
    const problem = 'is more than all images';
    const fix = 'Give a fraction: 80.5 % is 0.805.';
    return [{ path: `${place}.value`, problem, value, fix }];
  });
}
