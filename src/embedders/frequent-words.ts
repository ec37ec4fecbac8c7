/** Words that stand in every text and move its vector away from what it is about. Lower case. */
export const FREQUENT_WORDS: ReadonlySet<string> = new Set(
  (
    'a about above after again against all also am an and any are as at be because been before being below between both ' +
    'but by can could did do does doing down during each either else ever every few for from further had has have having ' +
    'he her here hers herself him himself his how however i if in into is it its itself just may me might more most much ' +
    'must my myself neither of off often on once one only or other others our ours ourselves out over own per quite rather ' +
    'same shall she should since so some such than that the their theirs them themselves then there these they this those ' +
    'though through thus till to too under until up upon us very was we were what when where whether which while who whom ' +
    'whose why will with within would yet you your yours yourself yourselves'
  ).split(' '),
);
