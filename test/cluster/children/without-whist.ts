import { tetris } from '../../../rooms/tetris/room.ts';
import { serve } from './serve.ts';

await serve([tetris]);
