/** Why a clinic's credentials open nothing, as staff read it: "Calendar disconnected, because …". */
const BECAUSE: Readonly<Record<string, string>> = {
  none: 'no credentials are stored for it, and GOOGLE_CREDENTIALS is not set',
  unknown_key: 'its credentials are sealed with a key that is not in ENCRYPTION_KEYS',
  unreadable: 'its stored credentials can not be read: connect it again',
  unreadable_key: 'the private key of its service account is none: connect it again',
  invalid_grant: 'Google no longer accepts its permission (invalid_grant): connect it again',
  invalid_client: 'Google does not know the app that it was connected with (invalid_client)',
  authError: 'Google does not accept its access (authError): connect it again',
};

/** `reason`: the service's word for it, or ours. */
export function disconnectedBecause(reason: string): string {
  return (
    BECAUSE[reason] ?? `Google does not accept its credentials${reason === '' ? '' : ` (${reason})`}: connect it again`
  );
}
