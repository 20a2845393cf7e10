// Starts the thread in development, where its code is TypeScript: Node's workers do not take over the loader of tsx.
import { register } from 'tsx/esm/api';

register();
await import('./prefetch-worker.ts');
