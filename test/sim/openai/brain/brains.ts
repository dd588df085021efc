/** The brains by name. */
import type { Brain } from './brain.ts';
import { clumsyBrain } from './clumsy.ts';
import { receptionist } from './receptionist.ts';

export type BrainName = 'receptionist' | 'clumsy';

export function isBrainName(name: string): name is BrainName {
  return name === 'receptionist' || name === 'clumsy';
}

export function brainOf(brain: BrainName | Brain, seed: number): Brain {
  if (typeof brain !== 'string') return brain;
  return brain === 'clumsy' ? clumsyBrain(receptionist, seed) : receptionist;
}
