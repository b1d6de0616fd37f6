/** The moments that games know, with what each is in a few words. */
import { tetrisMoments } from '../../rooms/tetris/moments.ts';

export const momentTypes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  tetris: tetrisMoments.types,
};
