/** Which lines of a training process say nothing to its user. */

// TensorFlow writes these at every log level: its start-up notices, and glog's preamble to them.
const noise = [
  /^\s*$/,
  /All log messages before absl::InitializeLog\(\) is called are written to STDERR/,
  /oneDNN custom operations are on/,
  /This TensorFlow binary is optimized (with|to use)/,
  /To enable the following instructions:/,
  /^(20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: )?[IW]\d* .*(tensorflow|xla|tsl|external\/local)/,
  /^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: I /,
  /^I0000 /,
  // Node's own advice, about modules of others.
  /DeprecationWarning|ExperimentalWarning|--trace-(deprecation|warnings)/,
];

/** Whether `line` of a child's standard error is a notice of TensorFlow or of Node that needs no answer. */
export function isNoise(line: string): boolean {
  return noise.some((pattern) => pattern.test(line));
}
