import { spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs one of the project's development tools to its end.
 * @returns {Promise<{ ok: boolean, output: string, seconds: number }>} what it wrote, both streams in order
 */
export function runTool(project, [name, ...args]) {
  // Some tools take CI for a terminal that knows colours.
  const { CI: _ci, FORCE_COLOR: _color, ...environment } = process.env;
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(join(project, 'node_modules', '.bin', name), args, {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...environment, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
    });
    let output = '';
    const end = (ok) => resolve({ ok, output, seconds: (performance.now() - begun) / 1000 });
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => {
      output += `${name} could not be started: ${error.message}\n`;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}
