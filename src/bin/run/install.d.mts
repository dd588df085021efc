/** Paths (`node_modules/…`) of the packages that are missing or of another version than the lock file's. */
export function missingPackages(project: string): string[];
/** What to tell the user where the dependencies could not be installed. */
export function ensureDependencies(project: string): Promise<string | undefined>;
