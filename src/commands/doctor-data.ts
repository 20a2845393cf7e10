/** What `doctor` tells of the data sets. */
import { data } from './data.js';
import type { DoctorRow } from './doctor.js';

/** A row for each data set with files; generated ones are always there. */
export async function dataRows(): Promise<DoctorRow[]> {
  const { rows } = await data();
  return rows.flatMap(({ name, state, folder, own }): DoctorRow[] => {
    if (state === 'generated' || folder === null) return [];
    const row = {
      name: `data: ${name}`,
      found: state === 'missing' ? 'not here yet' : `${state}, ${folder}`,
    };
    if (state === 'ready') return [{ ...row, status: 'ok', todo: '' }];
    if (!own) return [{ ...row, status: 'later', todo: 'nothing: fetched when a suite needs it' }];
    return [{ ...row, status: 'missing', todo: 'Replace the files, or unset SAMBENCH_DATA' }];
  });
}
