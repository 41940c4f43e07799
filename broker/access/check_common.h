/* What the files of the job of a request share. */
#pragma once

#include "access/approvers.h"
#include "access/check.h"

/* A request as a step found it, and what it decided to do; lives until the change was made. */
struct checked {
    struct stored_request request;
    struct demands demands;
    struct approvers approvers;
    struct approvers reviewers; /* of what is urgent, once it was given */
    const char *evidence;       /* as it is kept */
    enum request_state to;
    const char *code;
    struct person requester;  /* name and mail as the directory has them */
    struct approver_set told; /* of a request that got stuck */
};

struct checked *checked_new(struct task *task, const struct stored_request *request);
/* Inside the change: the names and addresses that the directory has of those concerned. */
enum fail check_save_people(struct turn *turn, const struct checked *checked, struct reason *why);
enum pace check_refuse(struct task *task, struct checked *checked, const char *code);
/* Inside the change that makes it pending: its stages, and the first of each line asked. */
enum fail pending_begin(struct turn *turn, struct checked *checked, struct reason *why);
/* A step while it is pending. */
enum pace pending_watch(struct task *task, const struct stored_request *request);
