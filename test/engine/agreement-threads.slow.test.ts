import { describeAgreement } from './agreement.js';

// As many threads as share out every operation; TensorFlow reads their number once per process.
describeAgreement(2);
