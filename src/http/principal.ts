/** Who makes a request, for endpoints. */
import type { Principal } from '../auth/principal.ts';
import type { Tokens } from '../auth/tokens.ts';
import { ApiError } from './errors.ts';
import { currentRequest } from './request-context.ts';

/** What of an endpoint's context is needed: its headers. */
export interface HasHeaders {
  getHeader(name: string): string | null;
}

export type RequirePrincipal = (context: HasHeaders) => Principal;

/** A function that gives the principal of a request's bearer token, and throws AuthError where there is none. */
export function createRequirePrincipal(tokens: Tokens): RequirePrincipal {
  return (context) => {
    const token = bearerToken(context.getHeader('authorization'));
    return verifiedBefore(token) ?? tokens.verify(token);
  };
}

/** The principal of a token that was verified when this request came in, or null. Throws what was wrong with it. */
export function verifiedBefore(token: string | null): Principal | null {
  const verified = currentRequest()?.verified;
  if (!verified || verified.token !== token) return null;
  const { outcome } = verified;
  if ('error' in outcome) throw outcome.error;
  return outcome.principal;
}

/** The token of an Authorization header (RFC 6750), or null. */
export function bearerToken(header: string | null | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}

/** Throws ApiError 403 unless the principal has the role. */
export function requireRole(principal: Principal, role: string): void {
  if (!principal.roles.includes(role)) {
    throw new ApiError(403, 'auth/forbidden', `This needs a token with the role ${role}.`);
  }
}

/** Throws ApiError 403 for a token that is for one match alone, and not for this one (null: for several). */
export function requireMatch({ matchId }: Principal, wanted: string | null): void {
  if (matchId !== undefined && matchId !== wanted)
    throw new ApiError(
      403,
      'auth/forbidden',
      'This token is for one match alone, and not for what was asked.',
    );
}
