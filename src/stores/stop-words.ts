/** Words that say nothing about what a text is about; neither looked for nor found. Lower case. */
export const STOP_WORDS: readonly string[] = (
  'a about above after again against all also am an and any are as at be because been before being below between both ' +
  'but by can could did do does doing done down during each either ever every few for from further get gets getting ' +
  'go goes going got had has have having he her here hers herself him himself his how however i if in into is it its ' +
  'itself just kind let like lot made make many may me might more most much must my myself neither no nor not now of ' +
  'off often on once one only or other others our ours ourselves out over own please quite rather really said same say ' +
  'says see shall she should since so some such tell than that the their theirs them themselves then there these they ' +
  'thing things this those though through till to told too two under until up upon us use used very was way we well ' +
  'went were what when where whether which while who whom whose why will with within without would yet you your yours ' +
  'yourself yourselves'
).split(' ');
