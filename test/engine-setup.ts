/** Puts the engine in place once before the tests that load TensorFlow, and says so when that takes long. */
import { ensureEngine, type InstallProgress } from '../src/engine/install/install.js';

export default async function setup(): Promise<void> {
  let stage: InstallProgress['stage'] | null = null;
  await ensureEngine({
    onProgress: (progress) => {
      if (progress.stage !== stage) process.stderr.write(`engine: ${progress.stage}\n`);
      stage = progress.stage;
    },
  });
}
