# syntax=docker/dockerfile:1
# The server with its pages: docker build --tag gamekeeper .
# Run it with a volume at /data, or with DATABASE_URL; AUTH_KEYS is all that it demands (docs/deploy.md).

# What runs in production. No package of ours needs an install script; without them the package `node` brings no second
# Node. Optional ones are faster or for other systems, and Vite and TypeScript come with them. What only serves people who
# write code is two fifths of the rest.
FROM node:24.21.0-trixie-slim AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && find node_modules -type f '(' -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' ')' -delete

# The pages. buildWeb never fails, so that a server without them can start: here that would be an image without them.
FROM node:24.21.0-trixie-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY client client
COPY rooms rooms
COPY scripts/build-web.ts scripts/build-web.ts
COPY src/match src/match
COPY web web
RUN node scripts/build-web.ts && test -s web/dist/index.html && mkdir data

FROM node:24.21.0-trixie-slim
LABEL org.opencontainers.image.title="Gamekeeper" \
  org.opencontainers.image.description="A self-hosted multiplayer backend whose matches survive any crash" \
  org.opencontainers.image.licenses="MIT"
# No --max-old-space-size: Node reads the limit of the container, and gives half of it to the heap. With PostgreSQL 512 MiB
# are plenty; PGlite takes 1.2 GiB for a moment when it opens.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=2567 DATA_DIR=/data
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY --from=pages /app/web/dist web/dist
COPY --from=pages --chown=1000:1000 /app/data /data
COPY package.json LICENSE ./
COPY rooms rooms
# docker compose run --rm server node scripts/doctor.ts
COPY scripts/doctor.ts scripts/doctor.ts
COPY scripts/doctor scripts/doctor
COPY src src
# `node` of the base image, by number: so an orchestrator can see that it is not root.
USER 1000:1000
VOLUME /data
EXPOSE 2567
# main.ts answers it as the first process of a container too: it parks its matches, 19 s at most, and starts no others.
STOPSIGNAL SIGTERM
# Whether it lives, not whether it is ready: nobody mends a database that is away by killing what waits for it.
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
