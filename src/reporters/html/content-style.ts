/** The look of what stands in the sections. Constant. */
export const CONTENT_STYLE = `.role{font-weight:600;font-size:13px;white-space:nowrap}
.role::before{content:"";display:inline-block;width:8px;height:8px;border-radius:50%;background:currentColor;margin-right:6px;vertical-align:1px}
.hue-0{color:var(--h0)}.hue-1{color:var(--h1)}.hue-2{color:var(--h2)}.hue-3{color:var(--h3)}.hue-4{color:var(--h4)}.hue-5{color:var(--h5)}.hue-6{color:var(--h6)}.hue-7{color:var(--h7)}
.phase{font-size:12.5px;color:var(--soft);background:var(--sunk);border-radius:5px;padding:1px 7px}
.chart{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px;text-align:center}
.chart svg{max-width:100%;height:auto;min-width:min(100%,360px)}
.chart text{font:13px var(--sans);fill:var(--ink)}.chart .name{font-weight:600}.chart .note{fill:var(--soft);font-size:12px}
.chart .label{paint-order:stroke;stroke:var(--card);stroke-width:4px}
.chart .box{fill:var(--sunk);stroke:var(--line)}.chart .end{fill:var(--sunk);stroke:var(--line)}.chart .failed{fill:var(--sunk);stroke:var(--line)}
.chart .walked{fill:var(--calm-wash);stroke:var(--accent)}.chart .end.walked{fill:var(--good-wash);stroke:var(--good)}.chart .failed.walked,.chart .broken{fill:var(--bad-wash);stroke:var(--bad)}
.chart .live{fill:var(--wait-wash);stroke:var(--wait);stroke-width:2}
.chart .way{fill:none;stroke:var(--faint);opacity:.55}.chart .way.walked{fill:none;stroke:var(--accent);stroke-width:2;opacity:1}
.chart .aside{stroke-dasharray:5 4}.chart .start,.chart marker path{fill:var(--faint)}
.chart .count{font-weight:600;fill:var(--accent);font-size:12px}
.chart .missed text{fill:var(--faint)}
.timeline{border:1px solid var(--line);border-radius:10px;background:var(--card);padding:8px 14px;max-height:560px;overflow:auto}
.lane{display:grid;grid-template-columns:190px minmax(0,1fr);gap:14px;align-items:center;border-top:1px solid var(--line);padding:2px 0}
.lane:first-child{border-top:0}.lane svg{display:block;width:100%;height:22px;overflow:visible}
.lane-name{font-size:13px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}.lane-name.deep-1{padding-left:12px}.lane-name.deep-2{padding-left:24px}.lane-name.deep-3{padding-left:36px}
.ticks div{display:flex;justify-content:space-between;font-size:11.5px;color:var(--faint);font-variant-numeric:tabular-nums}
.lane rect{stroke:none}.lane rect.visit{fill:var(--sunk);stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}.lane rect.visit.failed{fill:var(--bad-wash)}
.lane rect.model{fill:var(--h0)}.lane rect.tool{fill:var(--h2)}.lane rect.wait{fill:var(--wait);opacity:.7}.lane rect.failed{fill:var(--bad)}.lane rect.pause{fill:var(--wait)}
.lane a:hover rect{filter:brightness(1.15)}
.legend{font-size:12.5px;color:var(--soft);margin:8px 0 0}.key{display:inline-block;width:10px;height:10px;border-radius:2px;margin:0 4px 0 10px;background:var(--sunk);border:1px solid var(--line)}
.key:first-child{margin-left:0}.key.model{background:var(--h0)}.key.tool{background:var(--h2)}.key.wait{background:var(--wait)}.key.bad{background:var(--bad)}
time{color:var(--faint);font-size:12px;font-variant-numeric:tabular-nums;white-space:nowrap}
.opened{display:flex;gap:8px;align-items:baseline;flex-wrap:wrap;font-size:15px;margin:28px 0 8px}.opened a{color:inherit}.opened small{font-weight:400;color:var(--soft);font-size:12.5px}.opened time{margin-left:auto;font-weight:400}
.opened.deep-1,.opened.deep-2,.opened.deep-3{font-size:14px;margin-top:16px}
.say{background:var(--card);border:1px solid var(--line);border-radius:9px;padding:9px 15px 3px;margin:8px 0}
.say header{display:flex;gap:8px;align-items:baseline;flex-wrap:wrap}.say .facts{font-size:12px;color:var(--faint);margin-left:auto}.say header time{margin-left:0}.say header>.phase+time{margin-left:auto}
.say .to{font-size:13px;color:var(--soft)}.say .to .role{margin-left:5px}.say header>.to+time{margin-left:auto}.note code,.reasons code{background:none;padding:0;color:inherit;font-size:.92em}.say.person{border-left:3px solid var(--wait)}.say.handed{border-left:3px solid var(--accent)}.say.steer{border-left:3px solid var(--wait)}
.text>:first-child,.inside>:first-child{margin-top:6px}
.text p,.inside p,.result p{margin:.5em 0;max-width:78ch}
.text h4,.text h5,.text h6,.result h4,.result h5,.result h6,.inside h4,.inside h6{font-size:15px;line-height:1.35;margin:1.1em 0 .35em}.result h4,.text h4{font-size:17px}
.text ul,.text ol:not(.items),.result ul,.result ol:not(.items),.inside ul{padding-left:22px;margin:.5em 0;max-width:76ch}.text li,.result li{margin:.2em 0}
blockquote{margin:.6em 0;padding:0 0 0 14px;border-left:3px solid var(--line);color:var(--soft)}
hr{border:0;border-top:1px solid var(--line);margin:1.2em 0}
p code,li code,dd>code,td code,summary code{background:var(--sunk);border-radius:4px;padding:1px 5px}.facts-of-run code{background:none;padding:0;font-size:12.5px}
.image{color:var(--soft);font-size:13px}
table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top}
.spend td,.spend thead th{text-align:right;padding:5px 0 5px 18px}.spend tbody th{font-weight:400}.spend th.group{color:var(--faint);font-size:12.5px;padding-top:16px}.spend tfoot th,.spend tfoot td{font-weight:650;border:0;padding-top:10px}.spend{width:100%}
pre{margin:.5em 0;padding:10px 13px;background:var(--sunk);border-radius:7px;overflow:auto;max-height:460px;line-height:1.5;font-size:12.5px;tab-size:4}pre code{font-size:inherit}
pre.words{white-space:pre-wrap}.c{color:var(--c);font-style:italic}.s{color:var(--s)}.n{color:var(--n)}.k{color:var(--k)}
.diff code{display:block;width:max-content;min-width:100%}.diff span{display:block;margin:0 -13px;padding:0 13px}.diff .add{background:var(--add)}.diff .del{background:var(--del)}.diff .hunk{color:var(--accent)}.diff .meta{color:var(--faint)}
.call,.prompt,.artifact{margin:6px 0;border:1px solid var(--line);border-radius:8px;background:var(--card)}
summary{cursor:pointer;display:flex;gap:8px;align-items:baseline;padding:6px 13px;font-size:13.5px;list-style:none;min-width:0}summary::-webkit-details-marker{display:none}
summary::before{content:"";flex:none;width:5px;height:5px;border-right:1.5px solid var(--faint);border-bottom:1.5px solid var(--faint);transform:rotate(-45deg) translateY(-2px);transition:transform .12s}
details[open]>summary::before{transform:rotate(45deg) translate(-1px,-2px)}details[open]>summary{border-bottom:1px solid var(--line)}
summary:hover{background:var(--sunk);border-radius:8px}.tool{color:var(--h2);white-space:nowrap}
.args{color:var(--soft);font-size:12.5px;flex:1 1 0;min-width:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.came{color:var(--faint);font-size:12.5px;white-space:nowrap;margin-left:auto;min-width:0;overflow:hidden;text-overflow:ellipsis}.bad .came{color:var(--bad)}.call.bad{border-color:var(--bad)}
.inside{padding:6px 14px 10px}.inside h5,.message h5{font-size:12px;font-weight:600;color:var(--faint);margin:10px 0 3px}
.fields{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:3px 16px;margin:4px 0;font-size:13.5px}.fields dt{color:var(--soft);font-size:12.5px;padding-top:1px;max-width:180px}.fields dd{margin:0;min-width:0}
.items{margin:2px 0;padding-left:24px;font-size:13.5px}.items>li::marker{color:var(--faint);font-size:11.5px}.items>li{margin:3px 0}code.text{background:none!important;padding:0!important;font-family:var(--sans);font-size:1em}
.note{display:flex;gap:12px;justify-content:space-between;align-items:baseline;font-size:13px;color:var(--soft);padding:3px 15px;margin:3px 0}.note.way{color:var(--accent)}.note.warn{color:var(--wait)}
.message{border-left:3px solid var(--line);padding-left:12px;margin:10px 0}.message.system{border-color:var(--h4)}.message.user{border-color:var(--h0)}.message.assistant{border-color:var(--h2)}.message.tool{border-color:var(--h3);}.message.tool{color:inherit}
.block{content-visibility:auto;contain-intrinsic-size:auto 3000px;padding:0 4px;margin:0 -4px}
.reasons,.log{list-style:none;margin:0;padding:0;font-size:13.5px}.log{content-visibility:auto;contain-intrinsic-size:auto 2400px;font-size:12.5px}
.reasons>li{display:grid;grid-template-columns:42px 72px minmax(0,1fr);gap:10px;padding:6px 0;border-bottom:1px solid var(--line)}.reasons ul{margin:2px 0 0;padding:0;list-style:none;color:var(--soft);font-size:12.5px}.at{color:var(--faint)}
.log li{display:grid;grid-template-columns:42px 72px 128px 150px minmax(0,1fr);gap:10px;padding:1.5px 4px;border-radius:4px}.log li:hover,.log li:target{background:var(--sunk)}.log b{font-weight:500;color:var(--soft)}.log i{font-style:normal;color:var(--faint)}.log i,.log b{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.log a,.reasons a{color:var(--faint);font-variant-numeric:tabular-nums}
article:target,details:target,h3:target{outline:2px solid var(--accent);outline-offset:2px;border-radius:9px}`;
