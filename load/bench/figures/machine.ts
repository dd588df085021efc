/** What the figures were measured on: without it they say nothing. */
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

const GIB = 1024 ** 3;

export function machineFacts(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const [lastMinute = 0] = loadavg();
  return [
    `${availableParallelism()} × ${model}`,
    `${(totalmem() / GIB).toFixed(1)} GiB`,
    `${process.platform} ${release()}`,
    `Node ${process.version}`,
    `load ${lastMinute.toFixed(2)} before`,
  ].join(', ');
}
