/** Why a token is not accepted. The message tells the holder what to do next, and never holds the token. */
export type AuthCode = keyof typeof messages;

const messages = {
  'auth/missing': 'A token is needed: send it as Authorization: Bearer <token>.',
  'auth/malformed': 'This is not a signed JSON Web Token of at most 4096 characters.',
  'auth/bad_signature': 'The signature of the token is wrong: ask its issuer for a new one.',
  'auth/expired': 'The token has expired: ask its issuer for a new one.',
  'auth/not_yet_valid': 'The token is not valid yet: compare the clocks of issuer and server.',
  'auth/wrong_issuer': 'The token comes from an issuer that is not accepted here.',
  'auth/wrong_audience': 'The token was made for another service.',
  'auth/unknown_key': 'The token names a key (kid) that is not known here: ask its issuer for a new one.',
  'auth/bad_claims': 'The claims of the token are not valid:',
} as const;

export class AuthError extends Error {
  override readonly name = 'AuthError';
  readonly code: AuthCode;
  /** Of HTTP. */
  readonly status = 401;
  constructor(code: AuthCode, detail?: string) {
    super(detail === undefined ? messages[code] : `${messages[code]} ${detail}`);
    this.code = code;
  }
}
