import * as z from 'zod';
import type { NotificationSender } from '../notification-sender.ts';
import { showsSecret } from '../show-secret.ts';

const push = z.object({
  push_data: z.object({ pushed_at: z.number(), tag: z.string().min(1) }),
  repository: z.object({ repo_name: z.string() }),
});

/** https://docs.docker.com/docker-hub/repos/manage/webhooks/: names a tag, and no digest. */
export const dockerHub: NotificationSender = {
  id: 'docker-hub',
  isAuthentic: showsSecret,
  read: ({ body }) => {
    const read = push.safeParse(body);
    if (!read.success) return undefined;
    const { push_data, repository } = read.data;
    const { pushed_at, tag } = push_data;
    const { repo_name: name } = repository;
    const delivery = `${name}:${tag}@${pushed_at}`;
    return { news: [{ delivery, at: new Date(pushed_at * 1000), kind: 'push', repository: name, tag }] };
  },
};
