/** Variables of a server that a tool or a test starts for itself: its load comes from one address, and is no attack. */
export const unlimited = {
  RATE_LIMIT_PER_ADDRESS: '0',
  RATE_LIMIT_PER_ACCOUNT: '0',
  RATE_LIMIT_STRICT: '0',
  MAX_SOCKETS_PER_ADDRESS: '0',
} as const;
