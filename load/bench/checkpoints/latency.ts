/** How long checkpoints took, by the node's own histogram. */
export interface CheckpointLatency {
  readonly count: number;
  readonly meanMs: number;
  /** The share of them, 0 to 1, that took no longer than one of the histogram's bounds, ms. */
  within(ms: number): number;
}

export async function checkpointLatency(opsUrl: string): Promise<CheckpointLatency> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const sum = (series: string): number =>
    [...text.matchAll(new RegExp(`^ava_checkpoint_seconds_${series} (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  const count = sum('count\\{.*\\}');
  return {
    count,
    meanMs: (1_000 * sum('sum\\{.*\\}')) / count,
    within: (ms) => sum(`bucket\\{le="${ms / 1_000}".*\\}`) / count,
  };
}
