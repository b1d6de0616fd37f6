/** Keys of the replay player, wherever the focus is but in a field. */

export type PlayerAction =
  | { readonly type: 'toggle' }
  /** By milliseconds of play. */
  | { readonly type: 'skip'; readonly by: number }
  /** By the smallest step that there is. */
  | { readonly type: 'step'; readonly by: 1 | -1 }
  | { readonly type: 'moment'; readonly direction: 1 | -1 }
  | { readonly type: 'speed'; readonly direction: 1 | -1 }
  | { readonly type: 'go'; readonly to: 'start' | 'end' };

interface Struck {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

const skipMs = 5_000;

export function actionOf({ key, shiftKey, ctrlKey, altKey, metaKey }: Struck): PlayerAction | null {
  if (ctrlKey || altKey || metaKey) return null;
  switch (key) {
    case ' ':
      return { type: 'toggle' };
    case 'ArrowLeft':
      return shiftKey ? { type: 'moment', direction: -1 } : { type: 'skip', by: -skipMs };
    case 'ArrowRight':
      return shiftKey ? { type: 'moment', direction: 1 } : { type: 'skip', by: skipMs };
    case 'ArrowUp':
      return { type: 'speed', direction: 1 };
    case 'ArrowDown':
      return { type: 'speed', direction: -1 };
    case ',':
      return { type: 'step', by: -1 };
    case '.':
      return { type: 'step', by: 1 };
    case 'Home':
      return { type: 'go', to: 'start' };
    case 'End':
      return { type: 'go', to: 'end' };
    default:
      return null;
  }
}
