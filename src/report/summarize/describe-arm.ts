/** An optimizer in one line: `sam (rho 0.05, m 128) over adam (learningRate 0.001)`. */
import { isSharpness, type OptimizerSettings } from '../../suite/cell.js';

/** Describes the optimizer; settings that `varied` names are grid axes and read `varied`. */
export function describeOptimizer(optimizer: OptimizerSettings, varied: ReadonlySet<string>): string {
  const own = describeRule(optimizer, varied);
  return isSharpness(optimizer) ? `${own} over ${describeRule(optimizer.base, varied)}` : own;
}

function describeRule(rule: Readonly<Record<string, unknown>>, varied: ReadonlySet<string>): string {
  const settings = Object.entries(rule)
    .filter(([name, value]) => name !== 'name' && name !== 'base' && value !== null)
    .map(
      ([name, value]) =>
        `${name} ${varied.has(name) ? 'varied' : Array.isArray(value) ? value.join('+') : value}`,
    );
  return settings.length === 0 ? String(rule.name) : `${rule.name} (${settings.join(', ')})`;
}
