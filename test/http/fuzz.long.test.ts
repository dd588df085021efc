/** The fuzz at full length: 100,000 inputs, or as many as `FUZZ_INPUTS` says. Takes minutes. */
process.env.FUZZ_INPUTS ??= '100000';
await import('./fuzz.test.ts');
await import('./fuzz-browser.test.ts');
