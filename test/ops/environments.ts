/** Environments that tests of the configuration start from. */

/** What a person must set to serve; every other variable has a default. */
export const served = {
  DATABASE_URL: 'postgres://ava:db-password@db.example:5432/ava',
  REDIS_URL: 'redis://:redis-password@redis.example:6379',
  OPENAI_API_KEY: 'sk-openai-key',
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
  TWILIO_AUTH_TOKEN: 'twilio-auth-token',
} as const;

/** The same for production. */
export const inProduction = {
  ...served,
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://ava.example',
  GOOGLE_CREDENTIALS: JSON.stringify({
    type: 'service_account',
    client_email: 'ava@project.example',
    private_key: '-----BEGIN PRIVATE KEY-----\\ngoogle-key\\n-----END PRIVATE KEY-----',
  }),
  SESSION_SECRET: 'session-secret-of-thirty-two-characters-and-more',
  ENCRYPTION_KEYS: 'newest-key-of-thirty-two-characters,older-key-of-thirty-two-characters!',
} as const;

/** Values of `inProduction` that nothing may print. */
export const secretValues = [
  'db-password',
  'redis-password',
  'sk-openai-key',
  'twilio-auth-token',
  'google-key',
  'session-secret-of-thirty-two-characters-and-more',
  'newest-key-of-thirty-two-characters',
  'older-key-of-thirty-two-characters!',
] as const;
