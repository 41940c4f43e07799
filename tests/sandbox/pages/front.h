/* The front page: both sides of the stand-in at a glance. */
#pragma once

#include "sandbox/sandbox.h"

void front_page(struct sandbox *sandbox, struct exchange *exchange);
/* The HTML of one mail, for the frame that shows it without scripts or anything from outside. */
void front_mail(struct sandbox *sandbox, struct exchange *exchange);
