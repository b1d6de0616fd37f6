/** The moments that games know, with what each is in a few words. */
import { tetrisMoments } from '../../rooms/tetris/moments.ts';
import { whistMoments } from '../../rooms/whist/moments.ts';

type Types = Readonly<Record<string, string>>;

export const momentTypes: Readonly<Record<string, Types>> = {
  tetris: tetrisMoments.types,
  whist: whistMoments.types,
};
