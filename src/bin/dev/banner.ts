/** What `npm start` says once Ava answers calls. Pure text. */
import type { StandFile } from './stand-file.ts';

export interface ReadyStand {
  readonly file: StandFile;
  readonly dataDir: string;
  readonly startedInMs: number;
}

const CLINICS = [
  ['Radiance Med Spa', '+15550100001'],
  ['Lumen Dermatology', '+15550100002'],
] as const;

const row = (name: string, value: string): string => `    ${name.padEnd(34)}${value}`;

function callRows({ simulators }: StandFile): string[] {
  if (!simulators.twilio) return ['  Calls come in from your own Twilio account.'];
  return [
    '  Place a call (in another terminal)',
    row('npm run call -- --scenario book', 'a caller books Botox for tomorrow at 2 PM'),
    row('npm run call', 'be the caller yourself'),
  ];
}

/** The lines, ready to print. */
export function banner({ file, dataDir, startedInMs }: ReadyStand): string {
  const { ava, simulators } = file;
  const simulated = Object.keys(simulators).length > 0 ? Object.keys(simulators).join(', ') : 'nothing';
  return [
    '',
    `  Ava answers the phone. (ready in ${(startedInMs / 1000).toFixed(1)} s)`,
    '',
    row('Ava', ava.url),
    row('Health', `${ava.opsUrl}/health/ready`),
    row('Metrics', `${ava.opsUrl}/metrics`),
    row('Simulated', simulated),
    row('Data', dataDir),
    '',
    '  Demo clinics',
    ...CLINICS.map(([name, number]) => row(name, number)),
    '',
    ...callRows(file),
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}
