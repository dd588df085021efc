/**
 * What is used of Google's packages, in a file of its own, which is loaded when a calendar is first asked for. A package
 * of the older kind is imported by name here: what a dynamic import of one brings depends on who loads it, a bundle, tsx
 * or Node.
 */
export { calendar } from '@googleapis/calendar';
export { JWT, OAuth2Client } from 'google-auth-library';
