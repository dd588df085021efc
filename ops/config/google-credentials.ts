/** `GOOGLE_CREDENTIALS`: the JSON of a service account or of an OAuth user, or the path of a file that holds it. */
import { z } from 'zod';
import type { Reading } from './field.ts';
import { Secret } from './secret.ts';

export type GoogleCredentials =
  | { readonly type: 'service_account'; readonly clientEmail: string; readonly privateKey: Secret }
  | {
      readonly type: 'authorized_user';
      readonly clientId: string;
      readonly clientSecret: Secret;
      readonly refreshToken: Secret;
    };

const text = z.string().min(1);
const serviceAccount = z.object({ type: z.literal('service_account'), client_email: text, private_key: text });
const authorizedUser = z.object({
  type: z.literal('authorized_user'),
  client_id: text,
  client_secret: text,
  refresh_token: text,
});
const either = z.discriminatedUnion('type', [serviceAccount, authorizedUser]);

function parseCredentials(json: string): Reading<GoogleCredentials> {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    return { problem: 'holds no valid JSON: use the file as Google gave it' };
  }
  const { success, data, error } = either.safeParse(content);
  if (!success) {
    const fields = [...new Set(error.issues.map((issue) => String(issue.path[0] ?? 'the whole')))].join(', ');
    return { problem: `is neither a service account's JSON nor an authorized_user's: look at ${fields}` };
  }
  if (data.type === 'authorized_user') {
    const { type, client_id, client_secret, refresh_token } = data;
    return {
      value: {
        type,
        clientId: client_id,
        clientSecret: new Secret(client_secret),
        refreshToken: new Secret(refresh_token),
      },
    };
  }
  // Keys that went through an environment file often carry their line breaks as two characters.
  const privateKey = new Secret(data.private_key.replaceAll('\\n', '\n'));
  return { value: { type: data.type, clientEmail: data.client_email, privateKey } };
}

/** Reads the variable; what does not begin with a brace is a path, read by `readFile`, which throws where it can't. */
export function readGoogleCredentials(value: string, readFile: (path: string) => string): Reading<GoogleCredentials> {
  if (value.trimStart().startsWith('{')) return parseCredentials(value);
  let json: string;
  try {
    json = readFile(value);
  } catch {
    return { problem: 'is neither JSON nor the path of a readable file' };
  }
  return parseCredentials(json);
}
