import { join } from 'node:path';
import type { ContainerEngine } from '../container-engine.ts';
import type { ImageSource } from '../image-source.ts';

const engine: ContainerEngine = {
  title: 'Docker',
  program: 'docker',
  hostVariable: 'DOCKER_HOST',
  sockets: ({ XDG_RUNTIME_DIR }, home) => [
    '/var/run/docker.sock',
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(home, '.docker', 'run', 'docker.sock'),
  ],
  start: 'Start Docker, or set DOCKER_HOST to its socket (unix:///path)',
};

export const docker: ImageSource = {
  id: 'docker',
  title: 'An image that the local Docker holds: docker:NAME',
  recognises: () => false,
  open: async (reference, options) => {
    // HTTP takes longer to load than a known image takes.
    const { openFromEngine } = await import('../container-engine.ts');
    return openFromEngine(engine, reference, options);
  },
};
