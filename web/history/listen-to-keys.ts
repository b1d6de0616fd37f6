import { actionOf, type PlayerAction } from './player-keys.ts';

/** Calls `act` for the player's keys until the signal. Buttons keep their space, fields all their keys. */
export function listenToPlayerKeys(act: (action: PlayerAction) => void, signal: AbortSignal): void {
  addEventListener(
    'keydown',
    (event) => {
      const target = event.target as HTMLElement;
      const isField = target.matches('input:not([type=range]), select, textarea');
      const isPressed = event.key === ' ' && target.matches('button, a, summary');
      const action = isField || isPressed ? null : actionOf(event);
      if (!action) return;
      event.preventDefault();
      act(action);
    },
    { signal },
  );
}
