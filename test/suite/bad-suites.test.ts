/** Suites that are wrong: each gets one line that names file, path, value and fix. */
import { describe, expect, it } from 'vitest';
import { changed, type example, refusalOf } from './example.js';

type Example = ReturnType<typeof example> & Record<string, unknown>;
type Row = [what: string, change: (suite: Example) => void, path: string, value: string | null, fix: string];

const arm = (suite: Example, index: number) => suite.arms[index] as Record<string, unknown>;
const optimizer = (suite: Example, index: number) => arm(suite, index).optimizer as Record<string, unknown>;
const base = (suite: Example) => optimizer(suite, 1).base as Record<string, unknown>;

const printed = { label: 'SAM', arm: 'sam', metric: 'accuracy', value: 0.805, source: 'a paper' };

const rows: Row[] = [
  [
    'an unknown field',
    (s) => {
      s.epoch = 3;
    },
    'epoch',
    '3',
    'Did you mean "epochs"?',
  ],
  [
    'an unknown field far from all',
    (s) => {
      s.qqqqqq = 1;
    },
    'qqqqqq',
    '1',
    'Known here: "$schema", "name"',
  ],
  [
    'a misspelt required field',
    (s) => {
      s.sedes = s.seeds;
      delete (s as Record<string, unknown>).seeds;
    },
    'sedes',
    '3',
    'Did you mean "seeds"?',
  ],
  [
    'an unknown field in data',
    (s) => {
      s.data.labelNoize = 0.4;
    },
    'data.labelNoize',
    '0.4',
    'Did you mean "labelNoise"?',
  ],
  [
    'an unknown field in the augmentation',
    (s) => {
      s.data.augment = { flop: true };
    },
    'data.augment.flop',
    'true',
    'Did you mean "flip"?',
  ],
  [
    'an unknown field in an optimizer',
    (s) => {
      optimizer(s, 1).rhoo = 1;
    },
    'arms[1].optimizer.rhoo',
    '1',
    'Did you mean "rho"?',
  ],
  [
    'an unknown field in a base',
    (s) => {
      base(s).beta3 = 1;
    },
    'arms[1].optimizer.base.beta3',
    '1',
    'Did you mean "beta1"?',
  ],
  [
    'a missing field',
    (s) => void delete (s as Record<string, unknown>).compare,
    'compare',
    null,
    'Add "compare"',
  ],
  [
    'a missing rho',
    (s) => void delete optimizer(s, 1).rho,
    'arms[1].optimizer.rho',
    null,
    'Add "rho": a number of at least 0',
  ],
  ['a missing base', (s) => void delete optimizer(s, 1).base, 'arms[1].optimizer.base', null, 'Add "base"'],
  [
    'a missing learning rate',
    (s) => void delete base(s).learningRate,
    'arms[1].optimizer.base.learningRate',
    null,
    'Add "learningRate": a number above 0',
  ],
  [
    'a wrong type',
    (s) => {
      s.batch = '64' as never;
    },
    'batch',
    '"64"',
    'Give a whole number of at least 1 or a list: Images a step',
  ],
  [
    'a wrong type inside a grid axis',
    (s) => {
      optimizer(s, 1).rho = [0.1, 'x'];
    },
    'arms[1].optimizer.rho[1]',
    '"x"',
    'Give a number of at least 0',
  ],
  [
    'an optimizer as a text',
    (s) => {
      arm(s, 0).optimizer = 'adam';
    },
    'arms[0].optimizer',
    '"adam"',
    'Give an object',
  ],
  [
    'an optimizer without a name',
    (s) => {
      arm(s, 0).optimizer = { learningRate: 1 };
    },
    'arms[0].optimizer.name',
    null,
    '"adam", "adamw"',
  ],
  [
    'an object in place of a list',
    (s) => {
      s.arms = {} as never;
    },
    'arms',
    '{}',
    'Give a list',
  ],
  [
    'epochs in words in a list',
    (s) => {
      arm(s, 0).epochs = ['N', 'twice'];
    },
    'arms[0].epochs[1]',
    '"twice"',
    '"2N"',
  ],
  [
    'a fractional batch',
    (s) => {
      s.batch = 1.5;
    },
    'batch',
    '1.5',
    'Give a whole number',
  ],
  [
    'a negative rho',
    (s) => {
      optimizer(s, 1).rho = -0.05;
    },
    'arms[1].optimizer.rho',
    '-0.05',
    'Give a number of at least 0',
  ],
  [
    'a negative rho in a grid',
    (s) => {
      optimizer(s, 1).rho = [0.1, -1];
    },
    'arms[1].optimizer.rho[1]',
    '-1',
    'Give a number of at least 0',
  ],
  [
    'epochs of zero',
    (s) => {
      s.epochs = 0;
    },
    'epochs',
    '0',
    'Give a whole number of at least 1',
  ],
  [
    'epochs of an arm of zero',
    (s) => {
      arm(s, 0).epochs = 0;
    },
    'arms[0].epochs',
    '0',
    'Give a whole number of at least 1',
  ],
  [
    'epochs in words',
    (s) => {
      arm(s, 0).epochs = 'twice';
    },
    'arms[0].epochs',
    '"twice"',
    '"2N"',
  ],
  [
    'epochs that are not whole',
    (s) => {
      arm(s, 0).epochs = ['N/3', '2N'];
    },
    'arms[0].epochs',
    '"N/3"',
    'whole epochs',
  ],
  [
    'no seeds',
    (s) => {
      s.seeds = [];
    },
    'seeds',
    '[]',
    'Give at least one',
  ],
  [
    'zero seeds',
    (s) => {
      s.seeds = 0;
    },
    'seeds',
    '0',
    'Give a whole number of at least 1',
  ],
  [
    'a seed twice',
    (s) => {
      s.seeds = [1, 2, 1];
    },
    'seeds',
    '1',
    'Keep one of the two',
  ],
  [
    'a name with a slash',
    (s) => {
      s.name = 'a/b';
    },
    'name',
    '"a/b"',
    'small letters, digits and hyphens',
  ],
  [
    'a name with dots',
    (s) => {
      s.name = '..';
    },
    'name',
    '".."',
    'small letters',
  ],
  [
    'an unknown data set',
    (s) => {
      s.data.name = 'cifar01';
    },
    'data.name',
    '"cifar01"',
    'Did you mean "cifar10"?',
  ],
  [
    'an unknown network',
    (s) => {
      s.model.name = 'resnet2';
    },
    'model.name',
    '"resnet2"',
    'Did you mean "resnet20"?',
  ],
  [
    'an unknown optimizer',
    (s) => {
      optimizer(s, 0).name = 'adma';
    },
    'arms[0].optimizer.name',
    '"adma"',
    'Did you mean "adam"?',
  ],
  [
    'an optimizer of another spelling',
    (s) => {
      optimizer(s, 1).name = 'SAM';
    },
    'arms[1].optimizer.name',
    '"SAM"',
    'Did you mean "sam"?',
  ],
  [
    'a sharpness-aware rule as a base',
    (s) => {
      base(s).name = 'sam';
    },
    'arms[1].optimizer.base.name',
    '"sam"',
    '"adam"',
  ],
  [
    'an unknown kind of decay',
    (s) => {
      base(s).decay = 'decopled';
    },
    'arms[1].optimizer.base.decay',
    '"decopled"',
    'Did you mean "decoupled"?',
  ],
  [
    'an unknown schedule',
    (s) => {
      s.schedule = { name: 'cosin' };
    },
    'schedule.name',
    '"cosin"',
    'Did you mean "cosine"?',
  ],
  [
    'too many images',
    (s) => {
      s.data.train = 49_900;
    },
    'data.train',
    '49900',
    'Give at most 49500',
  ],
  [
    'too many test images',
    (s) => {
      s.data.test = 10_001;
    },
    'data.test',
    '10001',
    'Give at most 10000',
  ],
  [
    'a batch larger than the training set',
    (s) => {
      s.batch = 5000;
    },
    'batch',
    '5000',
    'Give at most 4000',
  ],
  [
    'a group that does not divide the batch',
    (s) => {
      optimizer(s, 1).m = 48;
    },
    'arms[1].optimizer.m',
    '48',
    'Give a divisor of 64',
  ],
  [
    'a group that does not divide one of the batches',
    (s) => {
      s.batch = [64, 96];
      optimizer(s, 1).m = [32, 64];
    },
    'arms[1].optimizer.m',
    '64',
    'Give a divisor of 96',
  ],
  [
    'a baseline that is no arm',
    (s) => {
      s.compare.baseline = 'adm';
    },
    'compare.baseline',
    '"adm"',
    'Did you mean "adam"?',
  ],
  [
    'a candidate that is no arm',
    (s) => {
      s.compare.candidate = 'zzzzzz';
    },
    'compare.candidate',
    '"zzzzzz"',
    'Known here: "adam", "sam"',
  ],
  [
    'a candidate that is the baseline',
    (s) => {
      s.compare.candidate = 'adam';
    },
    'compare.candidate',
    '"adam"',
    '"sam"',
  ],
  [
    'a control that is no arm',
    (s) => {
      s.compare.controls = ['sma'];
    },
    'compare.controls[0]',
    '"sma"',
    'Did you mean "sam"?',
  ],
  [
    'a control that is the candidate',
    (s) => {
      s.compare.controls = ['sam'];
    },
    'compare.controls[0]',
    'is the candidate, which is compared already',
    'Leave it out here.',
  ],
  [
    'a published figure of no arm',
    (s) => {
      s.published = [{ ...printed, arm: 'sma' }];
    },
    'published[0].arm',
    '"sma"',
    'Did you mean "sam"?',
  ],
  [
    'a published accuracy in percent',
    (s) => {
      s.published = [{ ...printed, value: 80.5 }];
    },
    'published[0].value',
    '80.5',
    'Give a fraction: 80.5 % is 0.805.',
  ],
  [
    'two arms of one name',
    (s) => {
      arm(s, 1).name = 'adam';
    },
    'arms[1].name',
    '"adam"',
    'a name of its own',
  ],
  [
    'two arms alike in file names',
    (s) => {
      arm(s, 1).name = 'Adam';
    },
    'arms[1].name',
    '"Adam"',
    'differ in letters',
  ],
  [
    'an arm name with a line break',
    (s) => {
      arm(s, 1).name = 'a\nb';
    },
    'arms[1].name',
    '"a\\nb"',
    'Name of the arm',
  ],
  [
    'a value of an axis twice',
    (s) => {
      optimizer(s, 1).rho = [0.1, 0.1];
    },
    'arms[1].optimizer.rho',
    '0.1',
    'Keep one of the two',
  ],
  [
    'an empty axis',
    (s) => {
      optimizer(s, 1).rho = [];
    },
    'arms[1].optimizer.rho',
    '[]',
    'Give at least one',
  ],
  [
    'no arms',
    (s) => {
      s.arms = [];
    },
    'arms',
    '[]',
    'Give at least one',
  ],
  [
    'early stopping at equal compute',
    (s) => {
      s.stop = { earlyStopping: {} };
    },
    'stop.earlyStopping',
    '"patience":10',
    'compute.equal to "cap" or "none"',
  ],
  [
    'early stopping of one arm at equal compute',
    (s) => {
      arm(s, 0).stop = { earlyStopping: {} };
    },
    'arms[0].stop.earlyStopping',
    '"patience":10',
    'compute.equal to "cap"',
  ],
  [
    'the last weights where early stopping brings back the best, as it does by default',
    (s) => {
      s.compute = { equal: 'none' };
      s.select = 'last';
      s.stop = { earlyStopping: {} };
    },
    'stop.earlyStopping.restoreBest',
    'true',
    'Set it to false, or select to "validation"',
  ],
  [
    'the last weights of one arm that brings back the best',
    (s) => {
      s.compute = { equal: 'cap' };
      Object.assign(arm(s, 0), { select: 'last', stop: { earlyStopping: { restoreBest: true } } });
    },
    'arms[0].stop.earlyStopping.restoreBest',
    'true',
    'Set it to false',
  ],
  [
    'a decrease of the loss below zero',
    (s) => {
      s.compute = { equal: 'none' };
      s.stop = { earlyStopping: { minDelta: -0.1 } };
    },
    'stop.earlyStopping.minDelta',
    '-0.1',
    'Give a number of at least 0',
  ],
  [
    'selection on validation images that are not there',
    (s) => {
      s.data.validation = 0;
    },
    'select',
    '"validation"',
    'select "last"',
  ],
  [
    'a warm-up longer than the training',
    (s) => {
      s.schedule = { name: 'cosine', warmupEpochs: 10 };
    },
    'schedule.warmupEpochs',
    '10',
    'Give less than 10',
  ],
  [
    'a crop larger than the image',
    (s) => {
      s.data.augment = { padCrop: 40 };
    },
    'data.augment.padCrop',
    '40',
    'Give at most 32',
  ],
  [
    'more examples than images',
    (s) => {
      s.sharpness = { measures: ['trace'], examples: 5000 };
    },
    'sharpness.examples',
    '5000',
    'Give at most 4000',
  ],
  [
    'a skip rule about no axis',
    (s) => {
      s.skip = [{ when: { roh: 1 }, reason: 'x' }];
    },
    'skip[0].when.roh',
    '[1]',
    'Did you mean "rho"?',
  ],
  [
    'a skip rule that matches nothing',
    (s) => {
      s.skip = [{ when: { rho: 7 }, reason: 'x' }];
    },
    'skip[0].when',
    '"rho"',
    'Check its values',
  ],
  [
    'skip rules that leave nothing',
    (s) => {
      s.skip = [{ when: { batch: 64 }, reason: 'x' }];
    },
    'skip',
    null,
    'match less',
  ],
  [
    'tuning of no axis',
    (s) => {
      s.tune = { axes: ['lerningRate'] };
    },
    'tune.axes[0]',
    '"lerningRate"',
    'Did you mean "learningRate"?',
  ],
  [
    'a million cells',
    (s) => {
      s.seeds = 10_000;
      optimizer(s, 1).rho = Array.from({ length: 20 }, (_, i) => i / 20);
    },
    'arms',
    null,
    'Use fewer seeds',
  ],
];

describe('a suite is refused in one line that names file, path, value and fix for', () => {
  it.each(rows)('%s', (_what, change, path, value, fix) => {
    const { message, exitCode, parts } = refusalOf(change);
    expect(exitCode).toBe(2);
    expect(message).not.toMatch(/[\r\n]/);
    expect(message).toContain('suite.json: ');
    expect(parts.path).toBe(path);
    expect(message).toContain(fix);
    expect(message).not.toMatch(/anyOf|oneOf|must match/);
    if (value === null) expect(parts.value).toBeUndefined();
    else expect(message).toContain(value);
  });
});

describe('early stopping', () => {
  it.each([
    ['last', false],
    ['validation', true],
    ['validation', false],
    ['test', true],
  ])('is accepted with select "%s" and restoreBest %s', (select, restoreBest) => {
    expect(() =>
      changed((suite) => {
        suite.compute = { equal: 'none' };
        Object.assign(suite, { select, stop: { earlyStopping: { restoreBest } } });
      }),
    ).not.toThrow();
  });
});

describe('several mistakes', () => {
  it('are told in one line, the misspelt name first and the others counted', () => {
    const { message } = refusalOf((suite) => {
      suite.version = 0;
      suite.sedes = 2;
      delete (suite as Record<string, unknown>).compare;
    });
    expect(message).toMatch(/suite\.json: sedes: is an unknown field/);
    expect(message).toMatch(/And 2 more: see version, compare\.$/);
    expect(message).not.toContain('\n');
  });

  it('that every arm inherits are one', () => {
    const { message } = refusalOf((suite) => {
      suite.stop = { earlyStopping: {} };
    });
    expect(message).toContain('stop.earlyStopping');
    expect(message).not.toContain('more: see');
  });
});

describe('an average over weights that trained on moving statistics', () => {
  it('is refused, as it measures the statistics anew', () => {
    const { message } = refusalOf((suite) => {
      suite.select = 'last';
      Object.assign(suite.arms[0] as object, { average: { name: 'ema', decay: 0.9 } });
      Object.assign((suite.arms[0] as { optimizer: object }).optimizer, { bn: 'moving' });
    });
    expect(message).toMatch(/arms\[0\]\.average measures the statistics|arms\[0\]\.average: measures/);
  });
});

describe('budgets that differ', () => {
  it('are refused by the names of both arms and both numbers', () => {
    const { message, parts } = refusalOf((suite) => {
      arm(suite, 0).epochs = 'N';
    });
    // 4000 images in batches of 64 are 62 steps an epoch, 620 in 10 epochs, and SAM takes two gradients a step.
    expect(message).toContain('arm "adam" at most 620 gradient evaluations, but arm "sam" has 1240');
    expect(message).toContain('Give "adam" 2 times as many epochs');
    expect(parts.path).toBe('arms[0].epochs');
  });

  it('are refused as epochs where epochs are to be equal', () => {
    const { message } = refusalOf((suite) => {
      suite.compute = { equal: 'epochs' };
    });
    expect(message).toContain('arm "sam" at most 10 epochs, but arm "adam" has 20');
  });

  it('are refused for the arm that a skip rule has cut', () => {
    const { message } = refusalOf((suite) => {
      suite.skip = [{ when: { arm: 'adam', epochs: '2N' }, reason: 'too slow' }];
    });
    expect(message).toContain('620 gradient evaluations');
  });
});

describe('tuned arms', () => {
  it('are refused where they try different numbers of settings', () => {
    const { message } = refusalOf((suite) => {
      optimizer(suite, 1).rho = [0.05, 0.1];
      suite.tune = { axes: ['rho', 'learningRate'] };
    });
    expect(message).toContain('gives arm "adam" 1 trials, but arm "sam" 2');
  });

  it('are refused where a list makes the difference that the block does not name', () => {
    const { message } = refusalOf((suite) => {
      optimizer(suite, 0).learningRate = [0.001, 0.002];
      optimizer(suite, 1).rho = [0.05, 0.1];
      optimizer(suite, 1).m = [16, 64];
      suite.tune = { axes: ['rho', 'learningRate'] };
    });
    expect(message).toContain('gives arm "adam" 2 trials, but arm "sam" 4');
  });

  it('are refused where a rule leaves out some trials of one arm', () => {
    const { message } = refusalOf((suite) => {
      optimizer(suite, 0).learningRate = [0.001, 0.002];
      optimizer(suite, 1).rho = [0.05, 0.1];
      suite.tune = { axes: ['rho', 'learningRate'] };
      suite.skip = [{ when: { rho: 0.1 }, reason: 'diverges' }];
    });
    expect(message).toContain('gives arm "sam" 1 trials, but arm "adam" 2');
  });

  it('are accepted where only the axis differs that arms are compared within', () => {
    expect(() =>
      changed((suite) => {
        optimizer(suite, 0).learningRate = [0.001, 0.002];
        optimizer(suite, 1).rho = [0.05, 0.1];
        for (const index of [0, 1]) optimizer(suite, index).m = [16, 64];
        suite.tune = { axes: ['rho', 'learningRate'] };
        suite.compare.within = ['m'];
      }),
    ).not.toThrow();
  });
});
