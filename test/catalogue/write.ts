/** Writes the page of all causes: `npm run catalogue`. */
import { writeFileSync } from 'node:fs';
import { catalogue, PAGE } from './catalogue.ts';

writeFileSync(PAGE, await catalogue());
