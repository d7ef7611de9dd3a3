/* Where memory is refused, see memory.c. */
#ifndef CUPEL_UNPACK_MEMORY_H
#define CUPEL_UNPACK_MEMORY_H

/* Ends the process as the platform's failure, without any memory. In main.c. */
_Noreturn void cupel_unpack_give_up(void);

#endif
