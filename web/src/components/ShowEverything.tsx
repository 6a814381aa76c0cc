import { Button } from '@mantine/core';
import { useChooseScope } from '../scope.ts';

/** The way out of a scope in which there is nothing. */
export function ShowEverything({ keepsSelected = false }: { readonly keepsSelected?: boolean }) {
  const choose = useChooseScope({ keepsSelected });
  return (
    <Button size="xs" variant="default" onClick={() => choose(undefined)}>
      Show everything
    </Button>
  );
}
