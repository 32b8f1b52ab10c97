"""Slips that an emulator of KeyTrac could have, and which file of tests has to notice each."""

from bugs import Bug

__all__ = ["KEYTRAC_BUGS"]

CONTRACTS, UNIT = "contracts/keytrac", "tests/unit/emulator/keytrac"

_FIND_USER = "    user = call.account.store.find_user(identifier)\n"

KEYTRAC_BUGS = (
    Bug(
        "a profile that could not be stored is there",
        "not rolled back",
        "keytrac.store",
        (
            (
                '        self._faults.attempt("write-profile")\n        self.replace_profile(user, method, profile)',
                '        self.replace_profile(user, method, profile)\n        self._faults.attempt("write-profile")',
            ),
        ),
        f"{CONTRACTS}/test_enrol_anytext.py",
    ),
    Bug(
        "a profile is taken away before the samples are looked at",
        "not rolled back",
        "keytrac.operations",
        (
            (
                "    return user, read_submission(samples, method,",
                (
                    '    use == "enrol" and user.profiles.pop(method, None)\n'
                    "    return user, read_submission(samples, method,"
                ),
            ),
        ),
        f"{CONTRACTS}/test_enrol_password.py",
    ),
    Bug(
        "a profile is adapted before it is known whether it can be stored",
        "not rolled back",
        "keytrac.operations",
        (
            (
                "        try:\n            store.write_profile(user, method, profile.serialize())",
                (
                    "        try:\n            store.replace_profile(user, method, profile.serialize())\n"
                    "            store.write_profile(user, method, profile.serialize())"
                ),
            ),
        ),
        f"{UNIT}/test_faults.py",
    ),
    Bug(
        "a user that could not be deleted is gone",
        "not rolled back",
        "keytrac.store",
        (
            (
                '        self._faults.attempt("delete-user")\n        del self._users[identifier]',
                '        del self._users[identifier]\n        self._faults.attempt("delete-user")',
            ),
        ),
        f"{CONTRACTS}/test_delete_user.py",
    ),
    Bug(
        "a rejected attempt adapts the profile",
        "profile",
        "keytrac.operations",
        (("    if accepted:\n", "    if True:\n"),),
        f"{CONTRACTS}/test_authenticate_password.py",
    ),
    Bug(
        "an accepted attempt does not adapt the profile",
        "profile",
        "keytrac.operations",
        (("            profile.adapt(evidence)", "            pass"),),
        f"{UNIT}/test_recognition.py",
    ),
    Bug(
        "a second enrolment does not replace the first",
        "profile",
        "keytrac.store",
        (("        user.profiles[method] = profile\n", "        user.profiles.setdefault(method, profile)\n"),),
        f"{CONTRACTS}/test_enrol_anytext.py",
    ),
    Bug(
        "counters begin with one",
        "counter",
        "keytrac.store",
        (("        self.total = 0\n", "        self.total = 1\n"),),
        f"{CONTRACTS}/test_show_status.py",
    ),
    Bug(
        "an enrolment counts twice",
        "counter",
        "keytrac.operations",
        (("user.enrolment_count += 1", "user.enrolment_count += 2"),),
        f"{CONTRACTS}/test_show_user.py",
    ),
    Bug(
        "an enrolment that is refused counts",
        "counter",
        "keytrac.operations",
        (
            (
                "    return user, read_submission(samples, method,",
                '    user.enrolment_count += use == "enrol"\n    return user, read_submission(samples, method,',
            ),
            ("    user.enrolment_count += 1\n", ""),
        ),
        f"{CONTRACTS}/test_show_user.py",
    ),
    Bug(
        "an authentication that cannot be stored counts",
        "counter",
        "keytrac.operations",
        (
            ("    user.authentication_count += 1\n", ""),
            (
                "    accepted = score >= ACCEPTED_FROM\n",
                "    accepted = score >= ACCEPTED_FROM\n    user.authentication_count += 1\n",
            ),
        ),
        f"{UNIT}/test_faults.py",
    ),
    Bug(
        "a rejected authentication does not count",
        "counter",
        "keytrac.operations",
        (("user.authentication_count += 1", "user.authentication_count += accepted"),),
        f"{UNIT}/test_operations.py",
    ),
    Bug(
        "a rejected authentication does not count for the account",
        "counter",
        "keytrac.operations",
        (("    store.authentications.add(call.now)", "    accepted and store.authentications.add(call.now)"),),
        f"{UNIT}/test_model.py",
    ),
    Bug(
        "an authentication is no activity",
        "counter",
        "keytrac.operations",
        (
            (
                "    user.touch(method, call.now)\n    store.authentications",
                "    store.authentications",
            ),
        ),
        f"{UNIT}/test_operations.py",
    ),
    Bug(
        "the last day of the window does not count",
        "window",
        "keytrac.store",
        (("if first <= day <= last", "if first <= day < last"),),
        f"{CONTRACTS}/test_show_status.py",
    ),
    Bug(
        "the first day of the window does not count",
        "window",
        "keytrac.store",
        (("if first <= day <= last", "if first < day <= last"),),
        f"{CONTRACTS}/test_show_status.py",
    ),
    Bug(
        "a window of one day is none",
        "window",
        "keytrac.operations",
        (("    if last < first:", "    if last <= first:"),),
        f"{CONTRACTS}/test_show_status.py",
    ),
    Bug(
        "the first user's profile is used",
        "wrong user",
        "keytrac.operations",
        (
            (
                _FIND_USER + '    if user is None:\n        raise Refusal(404, "Entity not found")\n',
                _FIND_USER + '    if user is None:\n        raise Refusal(404, "Entity not found")\n'
                "    user = next(iter(call.account.store._users.values()))\n",
            ),
        ),
        f"{CONTRACTS}/test_authenticate_anytext.py",
    ),
    Bug(
        "somebody else's profile is held against what was typed",
        "wrong user",
        "keytrac.operations",
        (
            (
                '_stored_profile(user, "password")',
                '_stored_profile([*call.account.store._users.values()][-1], "password")',
            ),
        ),
        f"{CONTRACTS}/test_authenticate_password.py",
    ),
    Bug(
        "another account's users are seen",
        "wrong user",
        "keytrac.emulator",
        (
            (
                '            raise Refusal(403, "Account is not verified")\n        return account',
                '            raise Refusal(403, "Account is not verified")\n        return self.account',
            ),
        ),
        f"{UNIT}/test_emulator.py",
    ),
    Bug(
        "the profile of a user that was deleted is still identified",
        "wrong user",
        "keytrac.store",
        (
            (
                "        if identifier in self._told:\n            self._note(identifier)\n        elif",
                "        if",
            ),
        ),
        f"{UNIT}/test_store.py",
    ),
    Bug(
        "the users listed are those who ever were",
        "wrong user",
        "keytrac.store",
        (("        del self._users[identifier]\n", "        self._users[identifier]\n"),),
        f"{CONTRACTS}/test_delete_user.py",
    ),
    Bug(
        "the worst is ranked first",
        "ranking",
        "keytrac.gallery",
        (
            (
                "return [(name, -score) for score, _, name in ranked]",
                "return [(name, -score) for score, _, name in ranked][::-1]",
            ),
        ),
        f"{CONTRACTS}/test_identify_anytext.py",
    ),
    Bug(
        "one more than the limit is ranked",
        "ranking",
        "keytrac.gallery",
        (
            (
                "self._order(rows, similarities, rhythms)[:limit]",
                "self._order(rows, similarities, rhythms)[: None if limit is None else limit + 1]",
            ),
        ),
        f"{UNIT}/test_model.py",
    ),
    Bug(
        "the limit is taken before all are ranked",
        "ranking",
        "keytrac.gallery",
        (
            (
                "rows, similarities = rows[best], similarities[best]",
                "rows, similarities = rows[:limit], similarities[:limit]",
            ),
        ),
        f"{CONTRACTS}/test_identify_anytext.py",
    ),
    Bug(
        "the score that is just enough is not",
        "threshold",
        "keytrac.operations",
        (("score >= ACCEPTED_FROM", "score > ACCEPTED_FROM"),),
        f"{UNIT}/test_decisions.py",
    ),
    Bug(
        "a score is enough that is not",
        "threshold",
        "keytrac.operations",
        (("score >= ACCEPTED_FROM", "score >= ACCEPTED_FROM - 1"),),
        f"{UNIT}/test_decisions.py",
    ),
    Bug(
        "a text of just the minimum is too short",
        "threshold",
        "keytrac.submission",
        (("for recording in submission.recordings) < minimum", "for recording in submission.recordings) <= minimum"),),
        f"{CONTRACTS}/test_enrol_anytext.py",
    ),
    Bug(
        "a text may be one character shorter than the minimum",
        "threshold",
        "keytrac.submission",
        (
            (
                "for recording in submission.recordings) < minimum",
                "for recording in submission.recordings) + 1 < minimum",
            ),
        ),
        f"{CONTRACTS}/test_enrol_anytext.py",
    ),
    Bug(
        "one sample more than the minimum is wanted",
        "threshold",
        "keytrac.submission",
        (("len(submission.recordings) < minimum", "len(submission.recordings) <= minimum"),),
        f"{CONTRACTS}/test_enrol_password.py",
    ),
    Bug(
        "the same keystrokes at another time are another sample",
        "samples",
        "keytrac.submission",
        (
            (
                "(recording.delays_ms, recording.actions,",
                "(recording.recorded_at, recording.delays_ms, recording.actions,",
            ),
        ),
        f"{UNIT}/test_submission.py",
    ),
    Bug(
        "a duplicate among three samples is let through",
        "samples",
        "keytrac.submission",
        (("if len(unique) < len(submission.recordings):", "if len(unique) == 1 < len(submission.recordings):"),),
        f"{CONTRACTS}/test_enrol_password.py",
    ),
    Bug(
        "a shorter password is compared with a longer one's profile",
        "samples",
        "keytrac.operations",
        (("if profile.length != submission.length:", "if profile.length < submission.length:"),),
        f"{CONTRACTS}/test_authenticate_password.py",
    ),
    Bug(
        "a sample's number counts from zero",
        "samples",
        "keytrac.submission",
        (("enumerate(samples, start=1)", "enumerate(samples, start=0)"),),
        f"{CONTRACTS}/test_enrol_anytext.py",
    ),
)
