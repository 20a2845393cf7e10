/**
 * The gradient of a residual block's input goes through the rectifier at the end of the block before while it is in the cache, and what
 * was done there with two tensors more is left out. The gradient of an identity as shortcut is then the very same.
 */
import {
  attributeOf,
  attributesWith,
  type Fusion,
  onlyReader,
  outputsOf,
  type RecordedNode,
  type Replaced,
  same,
  type Uses,
  type Value,
} from '../recorded-graph.js';

const branches = new Set(['SambenchBranchingProjectGrad', 'SambenchMeasuredBranchingProjectGrad']);

/** Gradients of the ends of blocks, and the number of the input that is what the rectifier gave. */
const ends = new Map([
  ['SambenchProjectGrad', 5],
  ['SambenchNormalizedProjectGrad', 5],
  ['SambenchResidualProjectGrad', 7],
  ['SambenchNormalizedResidualProjectGrad', 7],
]);

export const rectifiedBranch: Fusion = (nodes, uses) => {
  const replaced: Replaced = new Map();
  for (const branch of nodes) {
    const end = endBefore(branch, uses);
    if (!end) continue;
    const through: RecordedNode = { ...branch, attributes: attributesWith(branch, { through: true }) };
    const given = outputsOf(through, 0, branch.outputs.length) as [Value, ...Value[]];
    const [g] = given;
    replaced.set(branch, given);
    if (attributeOf(end, 'shortcuts') === undefined) {
      const rectified: RecordedNode = { ...end, attributes: attributesWith(end, { rectify: false }) };
      replaced.set(end, outputsOf(rectified, 0, end.outputs.length));
    } else {
      const alone: RecordedNode = {
        ...end,
        attributes: attributesWith(end, { rectify: false, shortcuts: 0 }),
        inputs: end.inputs.filter((_, index) => index !== ends.get(end.type)),
        outputs: end.outputs.filter((_, index) => index !== shortcut),
      };
      const own = outputsOf(alone, 0, alone.outputs.length);
      replaced.set(end, [...own.slice(0, shortcut), g, ...own.slice(shortcut)]);
    }
  }
  return replaced;
};

/** Number of the output that is the gradient of a shortcut. */
const shortcut = 4;

/** What alone reads the gradient that `branch` gives of its input, where that came from a rectifier behind a shortcut. */
function endBefore(branch: RecordedNode, uses: Uses): RecordedNode | null {
  if (!branches.has(branch.type)) return null;
  const end = onlyReader(branch, uses);
  const position = end ? ends.get(end.type) : undefined;
  if (!end || position === undefined) return null;
  if (attributeOf(end, 'rectify') !== true || attributeOf(end, 'shortcuts') === 0) return null;
  return end.inputs[0]?.node === branch && same(end.inputs[position], branch.inputs[1]) ? end : null;
}
