# awk -f manual.awk PARTS MANUAL - the manual with each generated part (sonde help --markdown) in its place, between
# "<!-- generated: NAME -->" and "<!-- end -->". Fails when a part has no place, or a place no part.
FNR == NR {
	if (/^<!-- generated: /) {
		name = $0
		is_unused[name] = 1
	} else if (/^<!-- end -->$/) {
		name = ""
	} else {
		part[name] = part[name] $0 "\n"
	}
	next
}
/^<!-- generated: / {
	print
	if (!($0 in is_unused)) {
		print "manual: nothing is generated for " $0 >"/dev/stderr"
		failed = 1
	}
	delete is_unused[$0]
	printf "%s", part[$0]
	is_inside = 1
	next
}
/^<!-- end -->$/ {
	is_inside = 0
}
!is_inside
END {
	for (name in is_unused) {
		print "manual: no place for " name >"/dev/stderr"
		failed = 1
	}
	if (is_inside) {
		print "manual: a generated part has no <!-- end -->" >"/dev/stderr"
		failed = 1
	}
	exit failed
}
