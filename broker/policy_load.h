/* The policy from its folder: at the start, and again when the process is told to (HUP). */
#pragma once

#include "parts.h"

/* Reads the folder and puts the policy in force; says on stderr what is wrong with it. */
enum fail policy_load(struct parts *parts, struct reason *why);
/* Inside the change that records the start: keeps the text that the version is the digest of. */
enum fail policy_record(struct turn *turn, struct reason *why);
/* Reads it again while everything runs. A version that is right is in force from its event on; one
   that is not changes nothing, and is an event, an alarm, a metric, and each mistake a line of log.
   */
void policy_reload(struct parts *parts);
