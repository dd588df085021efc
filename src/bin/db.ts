/** `npm run db -- …`, see `db/command.ts`. Exits 0 if it did what was asked, 1 if that failed, 64 if it was asked wrongly. */
import { runDbCommand } from '../../db/command.ts';

const setting = { environment: process.env, folder: process.cwd() };
const { exitCode, output, complaint } = await runDbCommand(process.argv.slice(2), setting);
if (output !== '') process.stdout.write(`${output}\n`);
if (complaint !== '') process.stderr.write(`${complaint}\n`);
process.exitCode = exitCode;
