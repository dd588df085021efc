import { describeClinicDirectory } from '../contract/clinic-directory.ts';
import { memoryClinicDirectory } from './memory-clinics.ts';

describeClinicDirectory('in memory', async () => ({ directory: memoryClinicDirectory(), close: async () => {} }));
