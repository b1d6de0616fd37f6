/** The monitor's page of matches: the list of those in some process, or one, as the address says. */
import { byId } from '../history/dom.ts';
import { showList } from './list.ts';
import { showMatch } from './match.ts';

const id = /^\/monitor\/matches\/([0-9a-f-]{36})\/?$/.exec(location.pathname)?.[1];

byId('list').hidden = id !== undefined;
byId('match').hidden = id === undefined;
if (id === undefined) showList();
else showMatch(id);
