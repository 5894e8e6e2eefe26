/** `hub feeds list`: record systems that send by themselves, whether they speak, and whether all of it is read, understood and counted. */
import { type FeedFigures, feedFigures } from '../../main/feed-standing.js';
import { ExitCode } from '../output.js';
import type { Registrar } from '../registrar.js';
import { withHub } from '../with-hub.js';

/** Minutes that a message has waited, in words. */
const waiting = ({ unread, unreadSeconds }: FeedFigures): string =>
  unread === 0 ? '0' : `${unread}, ${Math.round((unreadSeconds ?? 0) / 60)} min`;

const counted = ({ counted: number, teams, countedAsOf }: FeedFigures): string =>
  `${number} of ${teams} teams${countedAsOf === null ? '' : `, oldest ${countedAsOf}`}`;

/** Registers the commands. */
export function feedsCommands(registrar: Registrar): void {
  const { program, act } = registrar;
  const feeds = program.command('feeds').description('record systems that send by themselves');
  feeds
    .command('list')
    .description('when each was heard of, and what waits, was not understood, is in doubt and was counted')
    .action(
      act<object>(async (output) =>
        withHub(registrar, async ({ hub }) => {
          const figures = await feedFigures(hub);
          output.table(
            figures,
            ['SYSTEM', 'STATE', 'HEARD', 'UNREAD', 'NOT UNDERSTOOD', 'DOUBTS', 'COUNTED'],
            figures.map((feed) => [
              feed.system,
              feed.state,
              feed.heardAt ?? 'never',
              waiting(feed),
              String(feed.notUnderstood),
              String(feed.doubts),
              feed.state === 'NO_FEED' ? '' : counted(feed),
            ]),
          );
          return ExitCode.DONE;
        }),
      ),
    );
}
