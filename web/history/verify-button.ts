/** Whether the log of a match was played again and found true, and a button that has it done. */
import type { HistoryClient, ListedMatch, Verification } from '../../client/history.ts';
import { button, el } from './dom.ts';
import { explain } from './session.ts';

/** The badge and its button. */
export function verifyButton(history: HistoryClient, { id, verified }: ListedMatch): readonly HTMLElement[] {
  const badge = el('span', { class: 'badge', role: 'status' });
  const show = (text: string, state: string): void => {
    badge.textContent = text;
    badge.dataset['state'] = state;
  };
  showOutcome({ verified }, show, '');
  const verify = async (): Promise<void> => {
    made.disabled = true;
    show('playing the log again …', '');
    try {
      showOutcome(await history.verify(id), show, 'can not be verified');
    } catch (error) {
      show(explain(error), 'bad');
    }
    made.disabled = false;
  };
  const made = button('Verify', () => void verify(), {
    title: 'The server plays the log again, and compares states and result',
  });
  return [badge, made];
}

function showOutcome(
  { verified, flaw }: Verification,
  show: (text: string, state: string) => void,
  unknown: string,
): void {
  if (verified === true) show('✓ verified', 'good');
  else if (verified === false) show(flaw ? `flagged: ${flaw}` : 'flagged', 'bad');
  else show(unknown, '');
}
