/** A suite whose title, arms, messages and machine try to be more than text. */
import type { Made } from './render.js';
import { failedCell, quickstart } from './synthetic.js';

/** What the two arms are called. */
export const names = [
  '=HYPERLINK("http://evil.example","a|b*c_d`e`")</td></table><img src=x onerror=alert(2)>',
  '@team \\input{/etc/passwd} 100% $x_1^2$ & #3 ~ {中} [l](http://evil.example)',
] as const;

/** The quickstart's results under hostile names, one cell failed with a hostile message. */
export function hostileSuite(): Made {
  const made = quickstart();
  const rename = (arm: string) => (arm === 'adam' ? names[0] : names[1]);
  const cells = made.cells.map((cell) => ({ ...cell, arm: rename(cell.arm) }));
  const results = made.results.map((result, index) => {
    const failed = index === 0 && cells[0] ? failedCell(cells[0]) : null;
    const environment = {
      ...result.environment,
      cpu: '</dd><script>alert(3)</script> CPU',
      os: '<os onclick=alert(5)>',
    };
    return {
      ...(failed ?? result),
      arm: rename(result.arm),
      environment,
      error: failed
        ? { code: 'cell-failed', message: "-2+3|cmd\r\n'</script><script>alert(4)</script>\u0000" }
        : null,
      provenance: { ...result.provenance, command: 'sambench bench "$(rm -rf /)" <b>' },
    };
  });
  return {
    suite: {
      ...made.suite,
      title: '</script><img src=x onerror=alert(1)>',
      description: '# heading\n<iframe src=http://evil.example></iframe> {{title}} {{{title}}}',
      compare: { baseline: names[0], candidate: names[1] },
    },
    cells,
    results,
    timing: made.timing && {
      ...made.timing,
      arms: made.timing.arms.map((arm) => ({ ...arm, arm: rename(arm.arm) })),
    },
  };
}
