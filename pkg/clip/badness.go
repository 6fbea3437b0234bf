package clip

import (
	"regexp"
	"strings"
)

// kinds are the characters that mojibake is made of, by what they are otherwise used for.
var kinds = strings.NewReplacer(
	"{common}", "\u00a0\u00ad·´–—―…’",
	"{c1}", "\u0080-\u009f",
	"{bad}", "¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffdªº",
	"{law}", "¶§",
	"{currency}", "¢£¥₧€",
	"{opening}", "¡«¿©΄΅‘‚“„•‹\uf8ff",
	"{closing}", "®»˝”›™",
	"{numeric}", "²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№",
	"{kaomoji}", "Ò-ÖÙ-Üò-öø-üŐŌŪŲ°", // faces are made of these
	"{UPPER}", "À-ÑØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ", // with accents
	"{lower}", "ßà-ñăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґﬁﬂ",
	"{Upper}", "ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я", // of other alphabets
	"{Lower}", "α-ωάέήίΰа-џ",
	"{box}", "│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓",
	`\s`, `[\s\v\x1c-\x1f\x{85}\p{Z}]`, `\w`, `[\p{L}\p{N}_]`, // as in Python
)

// bad finds characters side by side that hardly anybody means so: then a text is mojibake.
var bad = regexp.MustCompile(kinds.Replace(strings.Join([]string{
	`[{c1}]`,
	`[{bad}{lower}{UPPER}{box}{opening}{closing}{currency}{numeric}{law}][{bad}]`,
	`[a-zA-Z][{Lower}{Upper}][{bad}]`,
	`[{bad}][{lower}{UPPER}{box}{opening}{closing}{currency}{numeric}{law}]`,
	`[{lower}{Lower}{box}{closing}{currency}{numeric}][{UPPER}]`,
	`[{box}{closing}{currency}{numeric}][{lower}]`,
	`[{lower}{box}{closing}][{currency}]`,
	`\s[{UPPER}][{currency}]`,
	`[{UPPER}{box}][{numeric}{law}]`,
	`[{lower}{UPPER}{box}{currency}{closing}][{opening}][{numeric}]`,
	`[{lower}{UPPER}{currency}{numeric}{box}{law}][{closing}][{opening}]`,
	`[{currency}{numeric}{box}][{opening}]`,
	`[a-z][{UPPER}][{opening}{currency}]`,
	`[{box}][{kaomoji}]`,
	`[{lower}{UPPER}{currency}{numeric}{opening}{closing}{law}][{box}]`,
	`[{box}][{closing}]`,
	`[{lower}{UPPER}][{opening}{closing}]\w`,
	`[Œœ][^A-Za-z]`,
	`[{UPPER}]°`,
	// Windows-1252
	`[ÂÃÎÐ][€œŠš¢£Ÿž\xa0\xad®©°·»{opening}{closing}–—´]`,
	`×[²³]`,
	`[ØÙ][{common}{currency}{bad}{numeric}{opening}ŸŠ®°µ»]` + // Arabic
		`[ØÙ][{common}{currency}{bad}{numeric}{opening}ŸŠ®°µ»]`,
	`à[²µ¹¼½¾]`, // South Asian alphabets
	// Macintosh
	`√[±∂†≠®™´≤≥¥µø]`,
	`≈[°¢]`,
	`‚Ä[ìîïòôúùû†°¢π]`,
	`‚[âó][àä°ê]`,
	// Windows-1251
	`вЂ`,
	`[ВГРС][{c1}{bad}{opening}{closing}{currency}°µ][ВГРС]`,
	`ГўВЂВ.[A-Za-z ]`,
	// à, á and the no-break space
	`Ã[\xa0¡]`,
	`[a-z]\s?[ÃÂ][ ]`,
	`^[ÃÂ][ ]`,
	`[a-z.,?!{closing}]Â[ {opening}{closing}]`,
	// Windows-1253
	`β€[™\xa0Ά\xad®°]`,
	`[ΒΓΞΟ][{c1}{bad}{opening}{closing}{currency}°][ΒΓΞΟ]`,
	// Windows-1257
	`ā€`,
}, "|")))
