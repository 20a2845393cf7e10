import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { listenForStop, onStop } from '../../src/run/stop.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the wish to stop', () => {
  it('is gentle at the first Ctrl-C and urgent at the second', () => {
    const source = new EventEmitter();
    const stop = listenForStop(source);
    expect(stop.soon.aborted).toBe(false);
    source.emit('SIGINT');
    expect([stop.soon.aborted, stop.now.aborted]).toEqual([true, false]);
    vi.advanceTimersByTime(1000);
    source.emit('SIGINT');
    expect(stop.now.aborted).toBe(true);
  });

  it('stays gentle when one Ctrl-C arrives twice, from the terminal and through npm', () => {
    const source = new EventEmitter();
    const stop = listenForStop(source);
    source.emit('SIGINT');
    vi.advanceTimersByTime(20);
    source.emit('SIGINT');
    expect([stop.soon.aborted, stop.now.aborted]).toEqual([true, false]);
  });

  it.each(['SIGTERM', 'SIGHUP'])('follows %s as well', (signal) => {
    const source = new EventEmitter();
    const stop = listenForStop(source);
    source.emit(signal);
    expect(stop.soon.aborted).toBe(true);
  });

  it('is no longer heard after it is disposed of', () => {
    const source = new EventEmitter();
    const stop = listenForStop(source);
    stop.dispose();
    source.emit('SIGINT');
    expect(stop.soon.aborted).toBe(false);
    expect(source.listenerCount('SIGINT')).toBe(0);
  });

  it('reaches a listener that comes late, and not one that has left', () => {
    const controller = new AbortController();
    const left = vi.fn();
    onStop(controller.signal, left)();
    controller.abort();
    const late = vi.fn();
    onStop(controller.signal, late);
    expect(late).toHaveBeenCalledOnce();
    expect(left).not.toHaveBeenCalled();
  });
});
