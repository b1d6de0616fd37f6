/** The claims of a token, and the principal that they stand for. */
import { z } from 'zod';
import type { Principal } from './principal.ts';

/** An id of an account or a tenant: no character of it needs escaping in a path, a log or a key. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . : -');

/** What a caller may ask a token to say; the claims hold the same. */
export const principalShape = {
  name: z
    .string()
    .max(64)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  roles: z.array(identifier).max(16),
  match: z.uuid(),
  permission: z.enum(['play', 'watch']),
};

/** Seconds since 1970 that a Date can hold. */
const timestamp = z.int().min(0).max(8_640_000_000_000);

const claimsShape = z.object({
  sub: identifier,
  tenantId: identifier,
  name: principalShape.name,
  roles: principalShape.roles,
  match: principalShape.match.optional(),
  perm: principalShape.permission,
  iat: timestamp.optional(),
  exp: timestamp,
});

export type Claims = z.infer<typeof claimsShape>;

/** The claims of a verified payload, or what is wrong with them, without any of their values. */
export function readClaims(payload: unknown): Claims | { readonly problem: string } {
  const parsed = claimsShape.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  return { problem: `${issue.path.join('.') || 'payload'}: ${issue.message}` };
}

export function claimsOf(principal: Principal): Omit<Claims, 'iat' | 'exp'> {
  const { accountId, tenantId, name, roles, matchId, permission } = principal;
  const match = matchId === undefined ? {} : { match: matchId };
  return { sub: accountId, tenantId, name, roles: [...roles], ...match, perm: permission };
}

export function principalOf(claims: Claims): Principal {
  const { sub, tenantId, name, roles, match, perm } = claims;
  const principal = { accountId: sub, tenantId, name, roles, permission: perm };
  return match === undefined ? principal : { ...principal, matchId: match };
}
