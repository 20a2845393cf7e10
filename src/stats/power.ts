/** What a number of seeds can see at all: power and the minimum detectable effect of the paired t test. */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';

/**
 * P(T ≤ t) of Student's noncentral t with `degrees` (a whole number) and noncentrality δ, by its definition
 * T = (Z + δ) / √(V/ν): the integral of Φ(t·s/√ν − δ) over the density of s = √V, the chi distribution (Johnson and
 * Welch, Biometrika 31 (1940) 362-389), by Gauss and Legendre's rule.
 */
export function noncentralTCdf(t: number, degrees: number, noncentrality: number): number {
  const root = Math.sqrt(degrees);
  const logConstant = (1 - degrees / 2) * Math.LN2 - logGammaOfHalf(degrees);
  return integrate(Math.max(0, root - 12), root + 12, (s) => {
    if (s === 0) return 0;
    const density = Math.exp(logConstant + (degrees - 1) * Math.log(s) - (s * s) / 2);
    return density * normalCdf((t * s) / root - noncentrality, 0, 1);
  });
}

/** Power of the two-sided paired t test at level `alpha` for a true effect of `effect` SDs of the difference, n ≥ 2. */
export function pairedPower(n: number, effect: number, alpha = 0.05): number {
  const critical = tQuantile(1 - alpha / 2, n - 1);
  const shift = effect * Math.sqrt(n);
  return 1 - noncentralTCdf(critical, n - 1, shift) + noncentralTCdf(-critical, n - 1, shift);
}

/**
 * The smallest true effect, in SDs of the paired difference, that the two-sided t test of n pairs finds with `power`:
 * the root of `pairedPower` by bisection (Cohen, Statistical Power Analysis, 1988, ch. 2). Null for n < 2.
 */
export function detectableEffect(n: number, power = 0.8, alpha = 0.05): number | null {
  if (n < 2) return null;
  const key = `${n}/${power}/${alpha}`;
  const found = detectable.get(key) ?? solve(n, power, alpha);
  detectable.set(key, found);
  return found;
}

// A report asks for the same few n hundreds of times, and each answer takes 50 integrals.
const detectable = new Map<string, number>();

function solve(n: number, power: number, alpha: number): number {
  let low = 0;
  let high = 1;
  while (pairedPower(n, high, alpha) < power) high *= 2;
  while (high - low > 1e-13 * high) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (pairedPower(n, middle, alpha) < power) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** ln Γ(n / 2) for whole n ≥ 1, from Γ(1/2) = √π, Γ(1) = 1 and Γ(x + 1) = x Γ(x). */
function logGammaOfHalf(n: number): number {
  let value = n % 2 === 1 ? Math.log(Math.PI) / 2 : 0;
  for (let x = n % 2 === 1 ? 0.5 : 1; x < n / 2; x++) value += Math.log(x);
  return value;
}

// Nodes and weights of the five-point rule on [-1, 1].
const nodes = [0, Math.sqrt(5 - 2 * Math.sqrt(10 / 7)) / 3, Math.sqrt(5 + 2 * Math.sqrt(10 / 7)) / 3];
const weights = [128 / 225, (322 + 13 * Math.sqrt(70)) / 900, (322 - 13 * Math.sqrt(70)) / 900];

function integrate(from: number, to: number, f: (x: number) => number): number {
  const panels = 240;
  const half = (to - from) / (2 * panels);
  let total = 0;
  for (let panel = 0; panel < panels; panel++) {
    const center = from + (2 * panel + 1) * half;
    total += (weights[0] ?? 0) * f(center);
    for (const index of [1, 2]) {
      const offset = half * (nodes[index] ?? 0);
      total += (weights[index] ?? 0) * (f(center - offset) + f(center + offset));
    }
  }
  return total * half;
}
